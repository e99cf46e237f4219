// The answers of MIT Kerberos's libkrb5 about names, configurations, keytabs and caches.
//
// Reads questions from standard input, one on a line: a name, and arguments in hexadecimal digits,
// with one space between them. Writes each answer as a line: "ok" and values, or "error".
#include <krb5.h>
#include <profile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libkrb5 exports these functions, but no header declares them. */
krb5_error_code KRB5_CALLCONV krb5_get_fallback_host_realm(krb5_context, krb5_data *, char ***);
krb5_error_code KRB5_CALLCONV krb5_check_clockskew(krb5_context, krb5_timestamp);
krb5_error_code krb5_set_debugging_time(krb5_context, krb5_timestamp, krb5_int32);
krb5_error_code krb5_get_default_in_tkt_ktypes(krb5_context, krb5_enctype **);
krb5_error_code KRB5_CALLCONV krb5_get_tgs_ktypes(krb5_context, krb5_const_principal,
                                                  krb5_enctype **);
krb5_error_code krb5_sendto_kdc(krb5_context, const krb5_data *, const krb5_data *, krb5_data *,
                                int *, int);
int _krb5_conf_boolean(const char *);

#define MAX_ARGUMENTS 16
/* The seconds since 1970 on the clock of answers that a time changes. */
#define FIXED_TIME 1700000000

static char *from_hex(const char *text) {
  size_t length = strlen(text) / 2;
  char *bytes = calloc(length + 1, 1);
  for (size_t i = 0; bytes != NULL && i < length; i++) {
    unsigned int value;
    if (sscanf(text + 2 * i, "%2x", &value) != 1) {
      break;
    }
    bytes[i] = (char)value;
  }
  return bytes;
}

static void print_hex(const char *bytes, size_t length) {
  putchar(' ');
  for (size_t i = 0; i < length; i++) {
    printf("%02x", (unsigned char)bytes[i]);
  }
}

static void print_string(const char *text) { print_hex(text, strlen(text)); }

static void answer_list(krb5_error_code code, char **list) {
  if (code != 0 || list == NULL) {
    printf("error\n");
    return;
  }
  printf("ok");
  for (; *list != NULL; list++) {
    print_string(*list);
  }
  printf("\n");
}

static void answer_string(krb5_error_code code, const char *text) {
  if (code != 0 || text == NULL) {
    printf("error\n");
    return;
  }
  printf("ok");
  print_string(text);
  printf("\n");
}

/* profile FILES NAME...: prints every value of the relation. */
static void ask_profile(char **arguments) {
  profile_t profile;
  char **values = NULL;
  long code = profile_init_path(arguments[0], &profile);
  if (code != 0) {
    printf("error\n");
    return;
  }
  code = profile_get_values(profile, (const char *const *)arguments + 1, &values);
  if (code != 0) {
    printf("ok\n");
  } else {
    answer_list(0, values);
  }
  profile_release(profile);
}

/* boolean FILE, integer FILE: prints the relation x of the section a. */
static void ask_value(const char *question, const char *path) {
  profile_t profile;
  int value = 0;
  char text[32];
  long code = profile_init_path(path, &profile);
  if (code == 0) {
    code = strcmp(question, "boolean") == 0
               ? profile_get_boolean(profile, "a", "x", NULL, 0, &value)
               : profile_get_integer(profile, "a", "x", NULL, 0, &value);
    profile_release(profile);
  }
  snprintf(text, sizeof(text), "%d", value);
  answer_string(code, text);
}

/* parse NAME: prints the name type, the realm and the components. */
static void ask_parse(krb5_context context, const char *name) {
  krb5_principal principal;
  char type[32];
  if (krb5_parse_name(context, name, &principal) != 0) {
    printf("error\n");
    return;
  }
  snprintf(type, sizeof(type), "%d", (int)principal->type);
  printf("ok");
  print_string(type);
  print_hex(principal->realm.data, principal->realm.length);
  for (int i = 0; i < principal->length; i++) {
    print_hex(principal->data[i].data, principal->data[i].length);
  }
  printf("\n");
}

/* unparse NAME: parses the name, and prints the result of krb5_unparse_name. */
static void ask_unparse(krb5_context context, const char *name) {
  krb5_principal principal;
  char *text = NULL;
  krb5_error_code code = krb5_parse_name(context, name, &principal);
  if (code == 0) {
    code = krb5_unparse_name(context, principal, &text);
  }
  answer_string(code, text);
}

/* service SERVICE HOST: prints the principal. */
static void ask_service(krb5_context context, char **arguments) {
  krb5_principal principal;
  krb5_error_code code;
  char *text = NULL;

  code = krb5_sname_to_principal(context, arguments[1], arguments[0], KRB5_NT_SRV_HST, &principal);
  if (code == 0) {
    code = krb5_unparse_name(context, principal, &text);
  }
  answer_string(code, text);
}

/* Prints the octets of a principal's name. Returns whether that was possible. */
static int print_principal(krb5_context context, krb5_const_principal principal) {
  char *text = NULL;
  if (krb5_unparse_name(context, principal, &text) != 0) {
    return 0;
  }
  print_string(text);
  krb5_free_unparsed_name(context, text);
  return 1;
}

static void print_number(long number) {
  char text[32];
  snprintf(text, sizeof(text), "%ld", number);
  print_string(text);
}

/* Bytes of the longest key of any encryption type. */
#define LONGEST_KEY 32

/*
 * keytab NAME: prints the principal, version and encryption type of each entry. Leaves out an entry whose
 * key is longer than any: libkrb5 lists it although the file ends within the key, with whatever the memory
 * held behind.
 */
static void ask_keytab(krb5_context context, const char *name) {
  krb5_keytab keytab;
  krb5_kt_cursor cursor;
  krb5_keytab_entry entry;
  krb5_error_code code = krb5_kt_resolve(context, name, &keytab);
  if (code == 0) {
    code = krb5_kt_start_seq_get(context, keytab, &cursor);
  }
  if (code != 0) {
    printf("error\n");
    return;
  }
  printf("ok");
  while ((code = krb5_kt_next_entry(context, keytab, &entry, &cursor)) == 0) {
    if (entry.key.length <= LONGEST_KEY) {
      print_principal(context, entry.principal);
      print_number(entry.vno);
      print_number(entry.key.enctype);
    }
    krb5_free_keytab_entry_contents(context, &entry);
  }
  if (code != KRB5_KT_END) {
    print_string("failed");
  }
  printf("\n");
  krb5_kt_end_seq_get(context, keytab, &cursor);
}

/* ccache NAME: prints the cache's principal and the service of each ticket. */
static void ask_ccache(krb5_context context, const char *name) {
  krb5_ccache cache;
  krb5_principal principal;
  krb5_cc_cursor cursor;
  krb5_creds credential;
  krb5_error_code code = krb5_cc_resolve(context, name, &cache);
  if (code == 0) {
    code = krb5_cc_get_principal(context, cache, &principal);
  }
  if (code == 0) {
    code = krb5_cc_start_seq_get(context, cache, &cursor);
  }
  if (code != 0) {
    printf("error\n");
    return;
  }
  printf("ok");
  print_principal(context, principal);
  while ((code = krb5_cc_next_cred(context, cache, &cursor, &credential)) == 0) {
    if (!krb5_is_config_principal(context, credential.server)) {
      print_principal(context, credential.server);
    }
    krb5_free_cred_contents(context, &credential);
  }
  /* An error is an end too: krb5_cc_retrieve_cred stops at either. */
  printf("\n");
  krb5_cc_end_seq_get(context, cache, &cursor);
}

/* config FILES: takes these files from now on. An error leaves no configuration. */
static void ask_config(krb5_context *context, const char *files) {
  krb5_free_context(*context);
  *context = NULL;
  setenv("KRB5_CONFIG", files, 1);
  printf(krb5_init_context(context) == 0 ? "ok\n" : "error\n");
}

static void answer_number(krb5_error_code code, long number) {
  if (code != 0) {
    printf("error\n");
    return;
  }
  printf("ok");
  print_number(number);
  printf("\n");
}

/* clockskew: prints the longest difference between clocks that is allowed; -1 for none. */
static void ask_clockskew(krb5_context context) {
  long low = -1, high = 0x7fffffffL;

  if (krb5_set_debugging_time(context, FIXED_TIME, 0) != 0) {
    printf("error\n");
    return;
  }
  while (low < high) {
    long middle = low + (high - low + 1) / 2;
    if (krb5_check_clockskew(context, (krb5_timestamp)(FIXED_TIME + middle)) == 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  answer_number(0, low);
}

static void answer_enctypes(krb5_error_code code, const krb5_enctype *list) {
  if (code != 0) {
    printf("error\n");
    return;
  }
  printf("ok");
  for (; *list != 0; list++) {
    print_number(*list);
  }
  printf("\n");
}

/* enctypes permitted|tkt|tgs: prints the numbers of the types. */
static void ask_enctypes(krb5_context context, const char *list) {
  krb5_enctype *types = NULL;
  krb5_error_code code;
  if (strcmp(list, "permitted") == 0) {
    code = krb5_get_permitted_enctypes(context, &types);
  } else if (strcmp(list, "tkt") == 0) {
    code = krb5_get_default_in_tkt_ktypes(context, &types);
  } else {
    code = krb5_get_tgs_ktypes(context, NULL, &types);
  }
  answer_enctypes(code, types);
  krb5_free_enctypes(context, types);
}

/* etype NAME: prints the number of the encryption type. */
static void ask_etype(char *name) {
  krb5_enctype type = 0;
  krb5_error_code code = krb5_string_to_enctype(name, &type);
  answer_number(code, type);
}

/* kdcs REALM: whether KDCs of a realm that has none are looked for, and not refused before. */
static void ask_kdcs(krb5_context context, const char *name) {
  krb5_data message = {KV5M_DATA, 1, "x"}, reply, realm = {KV5M_DATA, 0, NULL};
  int primary = 0;
  realm.data = (char *)name;
  realm.length = strlen(name);
  printf(krb5_sendto_kdc(context, &message, &realm, &reply, &primary, 0) == KRB5_REALM_UNKNOWN
             ? "ok\n"
             : "error\n");
}

/* as_request CLIENT: prints the AS-REQ that is sent at FIXED_TIME. */
static void ask_as_request(krb5_context context, const char *name) {
  krb5_principal client = NULL;
  krb5_init_creds_context request = NULL;
  krb5_data nothing = {KV5M_DATA, 0, NULL}, message = nothing, realm = nothing;
  unsigned int flags;
  krb5_error_code code = krb5_set_debugging_time(context, FIXED_TIME, 0);
  if (code == 0) {
    code = krb5_parse_name(context, name, &client);
  }
  if (code == 0) {
    code = krb5_init_creds_init(context, client, NULL, NULL, 0, NULL, &request);
  }
  if (code == 0) {
    code = krb5_init_creds_step(context, request, &nothing, &message, &realm, &flags);
  }
  if (code != 0) {
    printf("error\n");
  } else {
    printf("ok");
    print_hex(message.data, message.length);
    printf("\n");
  }
  krb5_free_data_contents(context, &message);
  krb5_free_data_contents(context, &realm);
  if (request != NULL) {
    krb5_init_creds_free(context, request);
  }
  krb5_free_principal(context, client);
}

/* select SERVICE HOST, or select PRINCIPAL: prints the chosen client and its cache, if there are any. */
static void ask_select(krb5_context context, char **arguments) {
  krb5_principal server, client;
  krb5_ccache cache;
  char *name = NULL;
  krb5_error_code code =
      arguments[1] == NULL
          ? krb5_parse_name(context, arguments[0], &server)
          : krb5_sname_to_principal(context, arguments[1], arguments[0], KRB5_NT_SRV_HST, &server);
  if (code == 0) {
    code = krb5_cc_select(context, server, &cache, &client);
  }
  if (code != 0 && code != KRB5_CC_NOTFOUND) {
    printf("error\n");
    return;
  }
  printf("ok");
  if (client != NULL) {
    print_principal(context, client);
  }
  if (cache != NULL && krb5_cc_get_full_name(context, cache, &name) == 0) {
    print_string(name);
  }
  printf("\n");
}

/* appdefault PROGRAM REALM OPTION: prints the value in [appdefaults]; empty if there is none. */
static void ask_appdefault(krb5_context context, char **arguments) {
  krb5_data realm;
  char *text = NULL;
  realm.data = arguments[1];
  realm.length = strlen(arguments[1]);
  krb5_appdefault_string(context, arguments[0], &realm, arguments[2], "", &text);
  answer_string(0, text);
}

static void answer(krb5_context *own, const char *question, char **arguments) {
  char **list = NULL, *text = NULL, seconds[32];
  krb5_context context = *own;
  krb5_deltat delta;
  krb5_data host;
  krb5_error_code code;

  if (strcmp(question, "config") == 0) {
    ask_config(own, arguments[0]);
  } else if (context == NULL) {
    printf("error\n");
  } else if (strcmp(question, "clockskew") == 0) {
    ask_clockskew(context);
  } else if (strcmp(question, "truth") == 0) {
    answer_number(0, _krb5_conf_boolean(arguments[0]));
  } else if (strcmp(question, "enctypes") == 0) {
    ask_enctypes(context, arguments[0]);
  } else if (strcmp(question, "etype") == 0) {
    ask_etype(arguments[0]);
  } else if (strcmp(question, "kdcs") == 0) {
    ask_kdcs(context, arguments[0]);
  } else if (strcmp(question, "as_request") == 0) {
    ask_as_request(context, arguments[0]);
  } else if (strcmp(question, "profile") == 0) {
    ask_profile(arguments);
  } else if (strcmp(question, "boolean") == 0 || strcmp(question, "integer") == 0) {
    ask_value(question, arguments[0]);
  } else if (strcmp(question, "host_realm") == 0) {
    code = krb5_get_host_realm(context, arguments[0], &list);
    answer_list(code, list);
  } else if (strcmp(question, "fallback_realm") == 0) {
    host.data = arguments[0];
    host.length = strlen(arguments[0]);
    code = krb5_get_fallback_host_realm(context, &host, &list);
    answer_list(code, list);
  } else if (strcmp(question, "default_realm") == 0) {
    code = krb5_get_default_realm(context, &text);
    answer_string(code, text);
  } else if (strcmp(question, "ccache_name") == 0) {
    answer_string(0, krb5_cc_default_name(context));
  } else if (strcmp(question, "duration") == 0) {
    code = krb5_string_to_deltat(arguments[0], &delta);
    snprintf(seconds, sizeof(seconds), "%ld", (long)delta);
    answer_string(code, seconds);
  } else if (strcmp(question, "parse") == 0) {
    ask_parse(context, arguments[0]);
  } else if (strcmp(question, "service") == 0) {
    ask_service(context, arguments);
  } else if (strcmp(question, "keytab") == 0) {
    ask_keytab(context, arguments[0]);
  } else if (strcmp(question, "ccache") == 0) {
    ask_ccache(context, arguments[0]);
  } else if (strcmp(question, "select") == 0) {
    ask_select(context, arguments);
  } else if (strcmp(question, "appdefault") == 0) {
    ask_appdefault(context, arguments);
  } else if (strcmp(question, "unparse") == 0) {
    ask_unparse(context, arguments[0]);
  } else {
    printf("error\n");
  }
}

int main(void) {
  krb5_context context;
  char *line = NULL;
  size_t size = 0;
  ssize_t length;

  if (krb5_init_context(&context) != 0) {
    return 1;
  }
  while ((length = getline(&line, &size, stdin)) > 0) {
    char *arguments[MAX_ARGUMENTS + 1] = {NULL};
    int count = 0;
    char *rest = line, *question, *field;
    line[strcspn(line, "\n")] = '\0';
    question = strsep(&rest, " ");
    while (count < MAX_ARGUMENTS && (field = strsep(&rest, " ")) != NULL) {
      arguments[count++] = from_hex(field);
    }
    answer(&context, question, arguments);
  }
  return 0;
}
