{
  "targets": [
    {
      "target_name": "remctl",
      "sources": [
        "native/addon.cc", "native/session-handle.cc", "native/outbox.cc", "native/session.cc",
        "native/threads.cc", "native/library-connection.cc", "native/output-check.cc",
        "native/next-token.cc", "native/layout.cc", "native/ccache.cc", "native/server-name.cc",
        "native/dial.cc", "native/host-lookup.cc",
        "native/attempts.cc", "native/connection-socket.cc", "native/close-on-exec.cc",
        "native/failure.cc", "native/system-error.cc"
      ],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags": ["-Wall", "-Wextra", "-Wno-cast-function-type"],
      "cflags_cc": ["-std=c++17"],
      "libraries": ["-lremctl", "-lkrb5"],
      "conditions": [
        ["OS=='linux'", {
          # Threads may outlive the environment that loaded the addon, and they run its code.
          "ldflags": ["-Wl,-z,nodelete"]
        }],
        ["OS=='mac'", {
          "include_dirs": [
            "/opt/homebrew/include", "/opt/homebrew/opt/krb5/include",
            "/usr/local/include", "/usr/local/opt/krb5/include"
          ],
          "libraries": [
            "-L/opt/homebrew/lib", "-L/opt/homebrew/opt/krb5/lib",
            "-L/usr/local/lib", "-L/usr/local/opt/krb5/lib"
          ],
          "xcode_settings": { "CLANG_CXX_LANGUAGE_STANDARD": "c++17" }
        }]
      ]
    }
  ]
}
