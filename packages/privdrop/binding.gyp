{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'privdrop',
    'sources': ['native/addon.c', '../../tooling/native/sb_js.c', 'native/privdrop.c', 'native/lookup.c'],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c'],
      }],
    ],
  }],
}
