{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'landlock',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/addon.cc', 'native/above.c', 'native/landlock.c', 'native/open_path.c', 'native/process.c', 'native/proof.c',
          '../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c',
        ],
        'include_dirs': ['../../tooling/native', "<!(node -p \"require('node-addon-api').include_dir\")"],
      }, {
        # Landlock is Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
