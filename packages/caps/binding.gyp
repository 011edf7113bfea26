{
  'includes': ['../../tooling/native/common.gypi'],
  'targets': [{
    'target_name': 'caps',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/addon.c', 'native/caps.c', 'native/inspect.c', 'native/record.c', 'native/surrender.c',
          'native/verify.c',
          '../../tooling/native/sb_js.c', '../../tooling/native/sb_task_list.c', '../../tooling/native/sb_threads.c',
        ],
      }, {
        # Capabilities are Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
