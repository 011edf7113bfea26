# Settings that every addon of the project shares.
{
  'target_defaults': {
    'cflags': ['-Wall', '-Wextra', '-Werror', '-fvisibility=hidden', '-fstack-protector-strong'],
    'cflags_c': ['-std=gnu11', '-Wshadow', '-Wconversion', '-D_FORTIFY_SOURCE=2'],
    'cflags_cc': ['-std=gnu++17', '-Wno-cast-function-type'],
    'defines': ['NAPI_VERSION=8', 'NAPI_DISABLE_CPP_EXCEPTIONS', 'NODE_ADDON_API_DISABLE_DEPRECATED'],
    'conditions': [
      ['OS=="linux"', {
        # The addon must load where no C++ runtime is installed, and must not share ours with anyone.
        'ldflags': ['-static-libstdc++', '-static-libgcc', '-Wl,--exclude-libs,ALL', '-Wl,-z,relro,-z,now'],
      }],
    ],
  },
}
