// The types and numbers of MIT's libkrb5 that the addon uses, declared here.
//
// The addon is built without libkrb5's headers: see libremctl.h. The structs whose members are here
// have been the same in every release with the name libkrb5.so.3. They are not those of Heimdal.
#pragma once

#include <cstdint>

namespace remctl_addon {

using krb5_error_code = int32_t;
using krb5_boolean = unsigned int;
using krb5_flags = int32_t;

// Opaque.
using krb5_context = struct Krb5Context *;
using krb5_ccache = struct Krb5Ccache *;
using krb5_keytab = struct Krb5Keytab *;
using profile_t = struct ProfileHandle *;

struct krb5_data {
  int32_t magic;
  unsigned int length;
  char *data;
};

struct krb5_principal_data {
  int32_t magic;
  krb5_data realm;
  krb5_data *data;
  int32_t length;
  int32_t type;
};

using krb5_principal = krb5_principal_data *;
using krb5_const_principal = const krb5_principal_data *;

struct krb5_keyblock {
  int32_t magic;
  int32_t enctype;
  unsigned int length;
  unsigned char *contents;
};

struct krb5_ticket_times {
  int32_t authtime;
  int32_t starttime;
  int32_t endtime;
  int32_t renew_till;
};

struct krb5_creds {
  int32_t magic;
  krb5_principal client;
  krb5_principal server;
  krb5_keyblock keyblock;
  krb5_ticket_times times;
  krb5_boolean is_skey;
  krb5_flags ticket_flags;
  void *addresses;
  krb5_data ticket;
  krb5_data second_ticket;
  void *authdata;
};

// Types of names (RFC 4120, section 6.2): KRB5_NT_SRV_INST, KRB5_NT_SRV_HST.
constexpr int32_t kNtSrvInst = 2;
constexpr int32_t kNtSrvHst = 3;

// KRB5_GC_CACHED: looks for a ticket in the cache alone.
constexpr krb5_flags kCachedOnly = 2;

// KRB5_CC_NOTFOUND and KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN.
constexpr krb5_error_code kCcNotFound = -1765328243;
constexpr krb5_error_code kServerUnknown = -1765328377;

}  // namespace remctl_addon
