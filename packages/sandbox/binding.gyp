{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'sandbox',
    'sources': [
      'native/addon.cc',
      'native/death.cc',
      'native/dumpable.cc',
      'native/file_lock.cc',
      'native/status_pipe.cc',
      'native/stream_pair.cc',
      'native/unreadable.cc',
      'native/watch.cc',
    ],
    'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
  }],
}
