/** The reader of options and policies: it reads every object that a caller passes, key by key. */
export { list, type ListRule, record, type RecordRule } from './collections.js';
export { lenient, object, type ObjectRule, type Options, type OtherKeys, required } from './object.js';
export { isObject } from './plain.js';
export { Place, type Problem, type Refusal } from './place.js';
export {
  checked,
  described,
  either,
  type Kind,
  kind,
  type Option,
  type Parts,
  readBy,
  type Reader,
  refuseKind,
  type Schema,
  titled,
  withSchema,
} from './reader.js';
export {
  boolean,
  callback,
  type Custom,
  custom,
  instance,
  integer,
  type IntegerBounds,
  isText,
  isTextOrNumber,
  text,
  type TextRule,
  word,
} from './scalars.js';
export { shown } from './shown.js';
export { tagged } from './tagged.js';
