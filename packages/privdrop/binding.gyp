{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'privdrop',
    'sources': ['native/addon.c', '../native/sb_js.c', 'native/privdrop.c', 'native/lookup.c'],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../native/sb_task_list.c', '../native/sb_threads.c'],
      }],
    ],
  }],
}
