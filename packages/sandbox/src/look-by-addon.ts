import { isMainThread, isSandboxError, useFileCalls } from '@sb/core';

import { hasLibuv, native } from './native.js';

/** Whether it was called. */
let isAsked = false;

/**
 * Makes the calls of this addon those of every look at a file from now on, if it can be loaded. Other runtimes refuse to close descriptors
 * that they have not opened.
 */
export function lookByAddon(): void {
  if (isAsked || process.platform !== 'linux' || !hasLibuv() || !isMainThread()) return;
  isAsked = true;
  try {
    useFileCalls(native());
  } catch (error) {
    // Without it nothing starts, and the start says so.
    if (!isSandboxError(error)) throw error;
  }
}
