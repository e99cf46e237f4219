// Finds a ticket in a credential cache, with libkrb5.
#include "ticket.h"

#include "krb5-context.h"
#include "libraries.h"

namespace remctl_addon {

namespace {

// Returns a principal as a text, or "" if it has no realm: that stands for any realm.
std::string text_of(krb5_context context, krb5_const_principal principal) {
  char *text = nullptr;
  if (principal->realm.length == 0 ||
      libraries().krb5_unparse_name(context, principal, &text) != 0) {
    return "";
  }
  std::string copy = text;
  libraries().krb5_free_unparsed_name(context, text);
  return copy;
}

// Returns the name of the cache to look in, or "" if it cannot be known.
std::string cache_name(krb5_context context, const std::string &named) {
  if (!named.empty()) {
    return named;
  }
  const char *found = libraries().krb5_cc_default_name(context);
  std::string name = found == nullptr ? "" : found;
  size_t colon = name.find(':');
  std::string type = colon == std::string::npos ? "FILE" : name.substr(0, colon);
  bool is_collection = libraries().krb5_cc_support_switch(context, type.c_str()) != 0;
  return is_collection ? "" : name;
}

std::optional<Ticket> find(krb5_context context, krb5_ccache cache, krb5_principal server) {
  krb5_creds wanted{};
  wanted.server = server;
  if (libraries().krb5_cc_get_principal(context, cache, &wanted.client) != 0) {
    return std::nullopt;
  }
  std::optional<Ticket> ticket;
  krb5_creds *got = nullptr;
  if (libraries().krb5_get_credentials(context, kCachedOnly, cache, &wanted, &got) == 0) {
    ticket = {text_of(context, got->client), text_of(context, got->server),
              static_cast<uint32_t>(got->times.endtime)};
    libraries().krb5_free_creds(context, got);
  }
  libraries().krb5_free_principal(context, wanted.client);
  return ticket;
}

}  // namespace

std::optional<Ticket> ticket_in_cache(const std::string &ccache, const ServerName &name) {
  Context made = make_context();
  krb5_context context = made.get();
  if (context == nullptr) {
    return std::nullopt;
  }
  std::string cache_to_open = cache_name(context, ccache);
  std::string principal = principal_of(context, name);
  krb5_principal server = nullptr;
  if (cache_to_open.empty() || principal.empty() ||
      libraries().krb5_parse_name(context, principal.c_str(), &server) != 0) {
    return std::nullopt;
  }
  std::optional<Ticket> ticket;
  krb5_ccache cache = nullptr;
  if (libraries().krb5_cc_resolve(context, cache_to_open.c_str(), &cache) == 0) {
    ticket = find(context, cache, server);
    libraries().krb5_cc_close(context, cache);
  }
  libraries().krb5_free_principal(context, server);
  return ticket;
}

}  // namespace remctl_addon
