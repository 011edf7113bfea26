/**
 * The parts of undici that a download needs. Its index also loads fetch, WebSocket, caches and mocks, which is more
 * than half of the time that a worker needs to start. The version is pinned, and the files are copied into the bundle.
 */
import connect from 'undici/lib/api/api-connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import Client from 'undici/lib/dispatcher/client.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

// The index does this for every method; ProxyAgent itself calls this one.
Object.assign(Dispatcher.prototype, { connect });

/** Makes a connection. */
export type Connector = buildConnector.connector;
/** The options of a connection. */
export type ConnectorOptions = buildConnector.Options;

export { Agent, buildConnector, Client, Dispatcher, Pool, ProxyAgent };
