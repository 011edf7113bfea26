{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'caps',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/addon.cc', 'native/caps.c', 'native/inspect.c', 'native/record.c', 'native/surrender.c',
          'native/verify.c',
          '../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c',
        ],
        'include_dirs': ['../../tooling/native', "<!(node -p \"require('node-addon-api').include_dir\")"],
      }, {
        # Capabilities are Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
