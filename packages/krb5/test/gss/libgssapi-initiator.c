// A GSS-API initiator on libgssapi_krb5.
//
// Connects to 127.0.0.1:PORT and establishes a context with the host-based service NAME, asking for
// FLAGS (a sum of GSS_C_*_FLAG). Then it sends a wrapped message and a MIC for the message, and
// reads the same from the peer. Four octets of length come before each token. Prints the flags and
// the peer's message, or the error.
//
// Usage: libgssapi-initiator PORT NAME FLAGS MESSAGE
#include <arpa/inet.h>
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int sock;

static void fail(const char *what, OM_uint32 major, OM_uint32 minor) {
  OM_uint32 ignored, more = 0;
  gss_buffer_desc text;
  printf("%s: %u", what, (unsigned)major);
  if (gss_display_status(&ignored, minor, GSS_C_MECH_CODE, GSS_C_NO_OID, &more, &text) == 0) {
    printf(" %.*s", (int)text.length, (char *)text.value);
  }
  printf("\n");
  exit(1);
}

static void all(int out, void *data, size_t length) {
  char *at = data;
  while (length > 0) {
    ssize_t done = out ? write(sock, at, length) : read(sock, at, length);
    if (done <= 0) {
      printf("connection closed\n");
      exit(1);
    }
    at += done;
    length -= (size_t)done;
  }
}

static void put(gss_buffer_t token) {
  uint32_t length = htonl((uint32_t)token->length);
  all(1, &length, 4);
  all(1, token->value, token->length);
}

static void get(gss_buffer_t token) {
  uint32_t length;
  all(0, &length, 4);
  token->length = ntohl(length);
  token->value = malloc(token->length + 1);
  all(0, token->value, token->length);
}

int main(int argc, char **argv) {
  OM_uint32 major, minor, wanted, flags;
  gss_ctx_id_t context = GSS_C_NO_CONTEXT;
  gss_name_t name;
  gss_buffer_desc text, in = GSS_C_EMPTY_BUFFER, out;
  struct sockaddr_in address = {.sin_family = AF_INET};
  int conf;

  if (argc != 5) {
    return 2;
  }
  wanted = (OM_uint32)atoi(argv[3]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  address.sin_port = htons((uint16_t)atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sock = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(sock, (struct sockaddr *)&address, sizeof(address)) != 0) {
    return 3;
  }
  text.value = argv[2];
  text.length = strlen(argv[2]);
  major = gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name);
  if (major != GSS_S_COMPLETE) {
    fail("import", major, minor);
  }
  do {
    major =
        gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, name, (gss_OID)gss_mech_krb5,
                             wanted, 0, GSS_C_NO_CHANNEL_BINDINGS, &in, NULL, &out, &flags, NULL);
    if (GSS_ERROR(major)) {
      fail("init", major, minor);
    }
    if (out.length > 0) {
      put(&out);
    }
    if (major & GSS_S_CONTINUE_NEEDED) {
      get(&in);
    }
  } while (major & GSS_S_CONTINUE_NEEDED);
  printf("flags %u\n", (unsigned)flags);

  text.value = argv[4];
  text.length = strlen(argv[4]);
  major = gss_wrap(&minor, context, 1, GSS_C_QOP_DEFAULT, &text, &conf, &out);
  if (major != GSS_S_COMPLETE) {
    fail("wrap", major, minor);
  }
  put(&out);
  major = gss_get_mic(&minor, context, GSS_C_QOP_DEFAULT, &text, &out);
  if (major != GSS_S_COMPLETE) {
    fail("get_mic", major, minor);
  }
  put(&out);
  get(&in);
  major = gss_unwrap(&minor, context, &in, &text, &conf, NULL);
  if (major != GSS_S_COMPLETE) {
    fail("unwrap", major, minor);
  }
  get(&in);
  major = gss_verify_mic(&minor, context, &text, &in, NULL);
  if (major != GSS_S_COMPLETE) {
    fail("verify_mic", major, minor);
  }
  printf("conf %d\n%.*s\n", conf, (int)text.length, (char *)text.value);
  return 0;
}
