{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'caps',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/addon.c', 'native/caps.c', 'native/denied.c', 'native/inspect.c', 'native/record.c', 'native/surrender.c',
          'native/verify.c',
          '../native/sb_ask.c', '../native/sb_js.c', '../native/sb_task_list.c', '../native/sb_threads.c',
        ],
      }, {
        # Capabilities are Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
