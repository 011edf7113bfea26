{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'privdrop',
    'sources': ['native/addon.cc', 'native/privdrop.c', 'native/lookup.c'],
    'include_dirs': ['../../tooling/native', "<!(node -p \"require('node-addon-api').include_dir\")"],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c'],
      }],
    ],
  }],
}
