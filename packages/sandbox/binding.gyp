{
  'includes': ['../native/common.gypi'],
  'targets': [{
    'target_name': 'sandbox',
    'sources': [
      'native/addon.c',
      'native/anonymous_file.c',
      'native/death.c',
      'native/delegated.c',
      'native/dumpable.c',
      'native/file_calls.c',
      'native/file_lock.c',
      'native/js_file_calls.c',
      'native/limit.c',
      'native/pipe.c',
      'native/reap.c',
      'native/start.c',
      'native/status_pipe.c',
      'native/unreadable.c',
      '../native/sb_js.c',
    ],
    'conditions': [
      ['OS=="linux"', { 'sources': ['native/watch.c'] }],
    ],
  }],
}
