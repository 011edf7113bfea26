{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'seccomp',
    'sources': ['native/addon.c', '../../tooling/native/sb_js.c', 'native/seccomp.c', 'native/rings.c'],
    'conditions': [
      ['OS=="linux"', {
        'sources': ['../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c'],
      }],
    ],
  }],
}
