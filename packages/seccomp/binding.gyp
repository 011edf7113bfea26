{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'seccomp',
    'sources': ['native/addon.cc', 'native/seccomp.c', 'native/rings.c'],
    'include_dirs': ['../../tooling/native', "<!(node -p \"require('node-addon-api').include_dir\")"],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c'],
      }],
    ],
  }],
}
