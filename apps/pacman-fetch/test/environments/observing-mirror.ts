import { type Observation, observeConnections } from '../pacman/observed.js';
import { type Mirror, type Route, serve, startMirror } from '../kit/mirror.js';

/** A mirror that looks at who asks it, while they do. */
export interface ObservingMirror extends Mirror {
  /** Who has asked since the last time that this was read. */
  seen(): readonly Observation[];
}

/** @param files - content by name */
export async function startObservingMirror(files: Readonly<Record<string, Buffer>>): Promise<ObservingMirror> {
  const observations: Observation[] = [];
  const route =
    (content: Buffer): Route =>
    (request, response) => {
      observations.push(...observeConnections(request.socket.localPort ?? 0));
      serve(content, request, response);
    };
  const routes = Object.entries(files).map(([name, content]) => [`/${name}`, route(content)] as const);
  const mirror = await startMirror({}, Object.fromEntries(routes));
  return { ...mirror, seen: () => observations.splice(0) };
}
