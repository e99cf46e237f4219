/** The text of smb.conf for a domain controller that is a KDC and nothing else. */

/** The file's name in a realm's folder. */
export const SMB_CONF = 'smb.conf';

/** Characters of a NetBIOS name at most. */
const MAX_NETBIOS_NAME = 15;

/** Returns the text of smb.conf. All of Samba's files are in the folder `domain`. */
export function smbConfText(realm: string, domain: string, port: number): string {
  return `[global]
  realm = ${realm}
  workgroup = ${realm.split('.')[0]?.slice(0, MAX_NETBIOS_NAME)}
  netbios name = DC
  server role = active directory domain controller
  server services = kdc
  interfaces = lo
  bind interfaces only = yes
  krb5 port = ${port}
  kpasswd port = 0
  kdc:user ticket lifetime = 24
  kdc:service ticket lifetime = 24
  kdc:renewal lifetime = 168
  ldb:nosync = true
  log level = 1 kerberos:3
  private dir = ${domain}/private
  state directory = ${domain}/state
  lock directory = ${domain}/lock
  cache directory = ${domain}/cache
  pid directory = ${domain}/run
  binddns dir = ${domain}/bind-dns
  ncalrpc dir = ${domain}/ncalrpc
  ntp signd socket directory = ${domain}/ntp_signd
  winbindd socket directory = ${domain}/winbindd
  usershare path = ${domain}/usershares
[netlogon]
  path = ${domain}/state/sysvol/scripts
[sysvol]
  path = ${domain}/state/sysvol
`;
}
