// Both ends of a GSS-API context of MIT Kerberos in one process.
//
// The argument is the service; the credentials come from the environment. The first line of output
// is the context's key. Then the program reads operations of one end, `i` (initiator) or `a`
// (acceptor), from standard input, one on a line, and writes the result of each as a line. Octets
// are hexadecimal digits; an empty string is "-".
//
//   wrap END CONF MESSAGE     unwrap END TOKEN     mic END MESSAGE     verify END MESSAGE TOKEN
//
// The result of a failed operation is "error" and the major status.
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include "../support/peer.h"

#define MAX_FIELDS 4

static gss_buffer_desc buffer_of(const char *field) {
  size_t length;
  char *octets = unhex(field, &length);
  return (gss_buffer_desc){length, octets};
}

/* Takes the minor status by its address: a call among the arguments sets it. */
static void check(OM_uint32 major, const OM_uint32 *minor, const char *what) {
  OM_uint32 ignored, more = 0;
  gss_buffer_desc text;

  if (!GSS_ERROR(major)) {
    return;
  }
  gss_display_status(&ignored, *minor, GSS_C_MECH_CODE, gss_mech_krb5, &more, &text);
  fprintf(stderr, "%s: %.*s\n", what, (int)text.length, (char *)text.value);
  exit(1);
}

static void establish(const char *service, gss_ctx_id_t *initiator, gss_ctx_id_t *acceptor) {
  OM_uint32 major = GSS_S_CONTINUE_NEEDED, minor = 0;
  OM_uint32 flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_CONF_FLAG |
                    GSS_C_INTEG_FLAG;
  gss_buffer_desc name_text = {strlen(service), (void *)service};
  gss_buffer_desc to_acceptor, to_initiator = GSS_C_EMPTY_BUFFER;
  gss_name_t name;

  check(gss_import_name(&minor, &name_text, GSS_C_NT_HOSTBASED_SERVICE, &name), &minor, "name");
  while (major == GSS_S_CONTINUE_NEEDED) {
    major =
        gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, initiator, name, (gss_OID)gss_mech_krb5,
                             flags, 0, NULL, &to_initiator, NULL, &to_acceptor, NULL, NULL);
    check(major, &minor, "initiator");
    if (to_acceptor.length > 0) {
      check(gss_accept_sec_context(&minor, acceptor, GSS_C_NO_CREDENTIAL, &to_acceptor, NULL, NULL,
                                   NULL, &to_initiator, NULL, NULL, NULL),
            &minor, "acceptor");
    }
  }
}

int main(int argc, char **argv) {
  gss_ctx_id_t initiator = GSS_C_NO_CONTEXT, acceptor = GSS_C_NO_CONTEXT;
  gss_buffer_set_t key;
  OM_uint32 major, minor;
  char *line = NULL;
  size_t capacity = 0;

  if (argc != 2) {
    return 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  establish(argv[1], &initiator, &acceptor);
  check(gss_inquire_sec_context_by_oid(&minor, initiator, GSS_C_INQ_SSPI_SESSION_KEY, &key), &minor,
        "key");
  print_hex(key->elements[0].value, key->elements[0].length);

  while (getline(&line, &capacity, stdin) > 0) {
    char *fields[MAX_FIELDS];
    gss_ctx_id_t context;
    gss_buffer_desc last, output = GSS_C_EMPTY_BUFFER;

    split(line, fields, MAX_FIELDS);
    context = fields[1][0] == 'i' ? initiator : acceptor;
    if (strcmp(fields[0], "wrap") == 0) {
      last = buffer_of(fields[3]);
      major =
          gss_wrap(&minor, context, fields[2][0] == '1', GSS_C_QOP_DEFAULT, &last, NULL, &output);
    } else if (strcmp(fields[0], "unwrap") == 0) {
      last = buffer_of(fields[2]);
      major = gss_unwrap(&minor, context, &last, &output, NULL, NULL);
    } else if (strcmp(fields[0], "mic") == 0) {
      last = buffer_of(fields[2]);
      major = gss_get_mic(&minor, context, GSS_C_QOP_DEFAULT, &last, &output);
    } else {
      gss_buffer_desc message = buffer_of(fields[2]);
      last = buffer_of(fields[3]);
      major = gss_verify_mic(&minor, context, &message, &last, NULL);
      free(message.value);
    }
    if (major == GSS_S_COMPLETE) {
      print_hex(output.value, output.length);
    } else {
      printf("error %u\n", major);
    }
    gss_release_buffer(&minor, &output);
    free(last.value);
  }
  return 0;
}
