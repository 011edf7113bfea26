{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'seccomp',
    'sources': [
      'native/addon.c', '../native/sb_js.c', 'native/seccomp.c', 'native/rings.c', 'native/filters_of.c',
    ],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../native/sb_task_list.c', '../native/sb_threads.c'],
      }],
    ],
  }],
}
