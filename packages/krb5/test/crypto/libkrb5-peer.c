// The cryptography of libkrb5, for tests that compare.
//
// Reads operations from standard input, one on a line, and writes the result of each as a line of
// standard output. Octets are hexadecimal digits; an empty string is "-".
//
//   encrypt ETYPE KEY USAGE PLAINTEXT         decrypt ETYPE KEY USAGE CIPHERTEXT
//   checksum ETYPE KEY USAGE DATA CKSUMTYPE   prf ETYPE KEY INPUT
//   s2k ETYPE PASSWORD SALT PARAMS
//
// The result of a failed operation is "error" and the number of libkrb5's error.
#include <krb5.h>

#include "../support/peer.h"

#define MAX_FIELDS 6

static krb5_data data_of(const char *field) {
  size_t length;
  char *octets = unhex(field, &length);
  return (krb5_data){0, length, octets};
}

static krb5_error_code run(krb5_context context, char **fields) {
  krb5_enctype etype = atoi(fields[1]);
  krb5_data value = data_of(fields[2]);
  krb5_keyblock key = {0, etype, value.length, (krb5_octet *)value.data};
  krb5_error_code code;
  size_t size;

  if (strcmp(fields[0], "encrypt") == 0) {
    krb5_data plain = data_of(fields[4]);
    krb5_enc_data enc;
    memset(&enc, 0, sizeof(enc));
    code = krb5_c_encrypt_length(context, etype, plain.length, &size);
    if (code != 0) {
      return code;
    }
    enc.ciphertext.length = size;
    enc.ciphertext.data = malloc(size);
    code = krb5_c_encrypt(context, &key, atoi(fields[3]), NULL, &plain, &enc);
    if (code == 0) {
      print_hex(enc.ciphertext.data, enc.ciphertext.length);
    }
    free(enc.ciphertext.data);
    free(plain.data);
  } else if (strcmp(fields[0], "decrypt") == 0) {
    krb5_enc_data enc;
    krb5_data plain;
    memset(&enc, 0, sizeof(enc));
    enc.enctype = etype;
    enc.ciphertext = data_of(fields[4]);
    plain = data_of(fields[4]);
    code = krb5_c_decrypt(context, &key, atoi(fields[3]), NULL, &enc, &plain);
    if (code == 0) {
      print_hex(plain.data, plain.length);
    }
    free(enc.ciphertext.data);
    free(plain.data);
  } else if (strcmp(fields[0], "checksum") == 0) {
    krb5_data data = data_of(fields[4]);
    krb5_checksum checksum;
    code = krb5_c_make_checksum(context, atoi(fields[5]), &key, atoi(fields[3]), &data, &checksum);
    if (code == 0) {
      print_hex(checksum.contents, checksum.length);
      krb5_free_checksum_contents(context, &checksum);
    }
    free(data.data);
  } else if (strcmp(fields[0], "prf") == 0) {
    krb5_data input = data_of(fields[3]);
    krb5_data output;
    code = krb5_c_prf_length(context, etype, &size);
    if (code != 0) {
      return code;
    }
    output.length = size;
    output.data = malloc(size);
    code = krb5_c_prf(context, &key, &input, &output);
    if (code == 0) {
      print_hex(output.data, output.length);
    }
    free(output.data);
    free(input.data);
  } else {
    krb5_data salt = data_of(fields[3]);
    krb5_data params = data_of(fields[4]);
    krb5_keyblock made;
    code = krb5_c_string_to_key_with_params(context, etype, &value, &salt, &params, &made);
    if (code == 0) {
      print_hex(made.contents, made.length);
      krb5_free_keyblock_contents(context, &made);
    }
    free(salt.data);
    free(params.data);
  }
  free(value.data);
  return code;
}

int main(void) {
  krb5_context context;
  char *line = NULL;
  size_t capacity = 0;

  if (krb5_init_context(&context) != 0) {
    return 1;
  }
  while (getline(&line, &capacity, stdin) > 0) {
    char *fields[MAX_FIELDS];
    krb5_error_code code;

    split(line, fields, MAX_FIELDS);
    code = run(context, fields);
    if (code != 0) {
      printf("error %ld\n", (long)code);
    }
  }
  krb5_free_context(context);
  free(line);
  return 0;
}
