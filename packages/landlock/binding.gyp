{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'landlock',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/addon.c', 'native/above.c', 'native/landlock.c', 'native/rule_folders.c', 'native/open_path.c',
          'native/process.c', 'native/proof.c', 'native/record.c',
          '../native/sb_js.c',
          '../native/sb_task_list.c', '../native/sb_threads.c',
        ],
      }, {
        # Landlock is Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
