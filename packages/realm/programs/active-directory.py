"""Creates and changes an Active Directory domain of Samba, for tests.

The argument is the path of smb.conf. Standard input is a JSON list of requests, each a list of an
operation's name and its arguments. samba-tool could do the same, but starts anew for each request.
"""

import json
import logging
import os
import sys

import samba
import samba.dsdb
import samba.param
from samba.auth import system_session
from samba.net import Net
from samba.provision import provision
from samba.samdb import SamDB

samba.enable_net_export_keytab()

FOLDERS = ("private dir", "state directory", "lock directory", "cache directory", "pid directory")


def create(lp):
    """Creates the database of the domain in smb.conf. Nobody knows its administrator's password."""
    for folder in FOLDERS:
        os.makedirs(lp.get(folder), exist_ok=True)
    provision(
        logging.getLogger("provision"),
        system_session(lp),
        lp=lp,
        smbconf=lp.configfile,
        realm=lp.get("realm"),
        domain=lp.get("workgroup"),
        hostname=lp.get("netbios name").lower(),
        hostip="127.0.0.1",
        serverrole=lp.get("server role"),
        dom_for_fun_level=samba.dsdb.DS_DOMAIN_FUNCTION_2008_R2,
        dns_backend="NONE",
        use_ntvfs=True,
        batch_mode=True,
        plaintext_secrets=True,
        skip_sysvolacl=True,
    )


def change(lp, ldif):
    """Applies changes in the form of LDIF, all or none."""
    database = SamDB(session_info=system_session(lp), lp=lp)
    database.transaction_start()
    try:
        database.modify_ldif(ldif)
    except BaseException:
        database.transaction_cancel()
        raise
    database.transaction_commit()


def keytab(lp, path, principals):
    """Writes the present keys of principals to a keytab."""
    net = Net(None, lp)
    for principal in principals:
        net.export_keytab(keytab=path, principal=principal)


OPERATIONS = {"create": create, "change": change, "keytab": keytab}


def main():
    lp = samba.param.LoadParm()
    lp.load(sys.argv[1])
    for operation, *arguments in json.load(sys.stdin):
        OPERATIONS[operation](lp, *arguments)


main()
