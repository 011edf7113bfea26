# Settings that every addon of the project shares: C alone, and no library. What it calls of libc is found, under names
# that every release has, in the libc that Node itself has loaded: glibc or musl. docs/decisions/0015 says how and why.
{
  'target_defaults': {
    'cflags': [
      '-Os', '-g0', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-Wshadow', '-Wconversion', '-fvisibility=hidden',
      '-fstack-protector-strong', '-ffunction-sections', '-fdata-sections', '-U_FORTIFY_SOURCE',
    ],
    'cflags!': ['-O3', '-g'],
    'defines': ['NAPI_VERSION=8'],
    # With these, glibc's headers call functions that only newer releases have.
    'defines!': ['_FILE_OFFSET_BITS=64', '_LARGEFILE_SOURCE'],
    'include_dirs': ['.'],
    'conditions': [
      ['OS=="linux"', {
        'ldflags': ['-nostdlib', '-Wl,--gc-sections', '-Wl,-z,relro,-z,now'],
        'libraries': ['-lgcc'],
      }],
      # Its calls of libgcc for atomics ask the C library what the processor has, under a name that musl keeps to itself.
      ['OS=="linux" and target_arch=="arm64"', { 'cflags': ['-mno-outline-atomics'] }],
    ],
  },
}
