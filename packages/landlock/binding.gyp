{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'landlock',
    'conditions': [
      ['OS=="linux"', {
        'sources': [
          'native/above.c', 'native/addon.c', 'native/climb.c', 'native/denied.c', 'native/landlock.c', 'native/open_path.c',
          'native/process.c', 'native/proof.c', 'native/record.c', 'native/root_place.c', 'native/own_proc.c', 'native/rule_folders.c',
          '../native/sb_ask.c', '../native/sb_js.c',
          '../native/sb_task_list.c', '../native/sb_threads.c',
        ],
      }, {
        # Landlock is Linux's; elsewhere support() says so without an addon.
        'type': 'none',
      }],
    ],
  }],
}
