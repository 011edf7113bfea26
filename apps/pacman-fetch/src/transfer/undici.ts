/**
 * The parts of undici that a download needs. Its index also loads fetch, WebSocket, caches and mocks, which is more
 * than half of the time that a worker needs to start. The version is pinned, and the files are copied into the bundle.
 */
import type { Dispatcher } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import apiRequest from 'undici/lib/api/api-request.js';

export { Agent, ProxyAgent };

/** Sends a request over a dispatcher. */
export async function requestOver(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return await apiRequest.call(dispatcher, options);
}
