{
  "targets": [
    {
      "target_name": "remctl",
      "sources": [
        "native/addon.cc", "native/session.cc", "native/threads.cc", "native/dial.cc", "native/layout.cc"
      ],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags": ["-Wall", "-Wextra", "-Wno-cast-function-type"],
      "cflags_cc": ["-std=c++17"],
      "libraries": ["-lremctl"],
      "conditions": [
        ["OS=='linux'", {
          # Threads may outlive the environment that loaded the addon: its code must stay.
          "ldflags": ["-Wl,-z,nodelete"]
        }],
        ["OS=='mac'", {
          "include_dirs": ["/opt/homebrew/include", "/usr/local/include"],
          "libraries": ["-L/opt/homebrew/lib", "-L/usr/local/lib"],
          "xcode_settings": { "CLANG_CXX_LANGUAGE_STANDARD": "c++17" }
        }]
      ]
    }
  ]
}
