/** Profiles in the forms that fleets have, read with limits. */
import { boolean, custom, isObject, object, type Reader, required, text, word } from '@sb/core/document';

import { jsonString, readJson, refuseLong } from '../policy/json-text.js';
import { type DockerContainer, fromDocker, isDockers } from './docker-profile.js';
import { type OciProfile, profileKeys, profilePlace, refusal } from './oci-keys.js';

const profileReader = object<OciProfile>(profileKeys);

/** A `SeccompProfile` of security-profiles-operator (v1beta1). Metadata and status do not change what is loaded. */
const operatorReader = object<OperatorObject>({
  apiVersion: required(text()),
  kind: required(word(['SeccompProfile'])),
  metadata: anything(),
  spec: required(object<OperatorSpec>({ ...profileKeys, baseProfileName: text(), disabled: boolean })),
  status: anything(),
});

interface OperatorObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: unknown;
  readonly spec: OperatorSpec;
  readonly status?: unknown;
}

interface OperatorSpec extends OciProfile {
  readonly baseProfileName?: string;
  readonly disabled?: boolean;
}

/** A value that is not looked at. */
function anything(): Reader {
  return custom({
    expected: 'an object',
    schema: {},
    is: isObject,
    read: (value) => value,
  });
}

function specOf(read: unknown): OciProfile {
  const { spec } = operatorReader.read(read, profilePlace);
  const { baseProfileName, disabled, ...profile } = spec;
  if (baseProfileName !== undefined)
    throw refusal('spec.baseProfileName', 'names another profile', 'Write the calls of both into one profile.');
  if (disabled === true) throw refusal('spec.disabled', 'is true, so nothing loads the profile', 'Leave it out.');
  return profile;
}

/** The only profile of a list of kubectl, such as `sb-run --export kubernetes` writes with the pod that uses it. */
function profileIn(read: unknown): unknown {
  if (!isObject(read) || !('kind' in read) || read.kind !== 'List') return read;
  const items: readonly unknown[] = 'items' in read && Array.isArray(read.items) ? read.items : [];
  const profiles = items.filter((one) => isObject(one) && 'kind' in one && one.kind === 'SeccompProfile');
  if (profiles.length === 1) return profiles[0];
  throw refusal('items', `have ${profiles.length} objects of kind SeccompProfile`, 'Give one of them alone.');
}

/** The profile of a bundle's config.json. */
function profileOf(read: unknown): unknown {
  if (!isObject(read) || !('linux' in read)) return read;
  const { linux } = read;
  if (isObject(linux) && 'seccomp' in linux && isObject(linux.seccomp)) return linux.seccomp;
  throw refusal('linux.seccomp', 'is not there, so nothing loads a profile', 'Give a configuration that has one.');
}

const isOfOperator = (read: unknown): boolean => isObject(read) && 'kind' in read;

const stringOrLong = new RegExp(`${jsonString}|(?<![\\d.eE+-])\\d{16,}(?![\\d.eE])`, 'gs');

/** Metadata of an object may be nested. */
const depthMax = 16;

/** What a document in YAML begins with, after comments: a key, or the mark of a document. */
const yaml = /^\uFEFF?(?:\s|#[^\n]*\n)*(?:---|[A-Za-z][\w.-]*:\s)/;

/**
 * Reads a profile in the form of a runtime: `linux.seccomp` of a bundle's config.json, alone or in it, a `SeccompProfile` of
 * security-profiles-operator, or a profile in Docker's own form. In an object of the operator, a path begins in `spec`.
 *
 * @param document - JSON, at most 1 MiB, nested at most 16 deep
 * @param container - decides which rules of a profile in Docker's form apply
 * @throws SeccompError `invalid-profile`, with the place in it as `path`
 */
export function parseOci(document: string, container: DockerContainer): OciProfile {
  const refuse = (what: string, hint: string) => refusal('(document)', what, hint);
  refuseLong(document, refuse);
  if (yaml.test(document.slice(0, 4096))) throw refuse('is YAML, and profiles are read as JSON', toJson);
  const exact = document.replaceAll(stringOrLong, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  const read = profileOf(profileIn(readJson(exact, depthMax, refuse)));
  if (isObject(read) && 'base' in read)
    throw refusal(
      'base',
      'is a key of a policy, and a profile has none',
      'Use the policy as it is: it needs no import.',
    );
  if (isOfOperator(read)) return specOf(read);
  return isDockers(read) ? fromDocker(read, container) : profileReader.read(read, profilePlace);
}

const toJson =
  'Convert it: "kubectl get seccompprofile NAME -o json" for what a cluster has, or "yq -o json FILE" for a file.';
