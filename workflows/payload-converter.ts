import {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  UndefinedPayloadConverter,
  type PayloadConverterWithEncoding,
} from '@temporalio/common';
import { fromStored, toStored } from '../domain/exact-json.ts';

const json = new JsonPayloadConverter();

/** Temporal's JSON, except that numbers keep their digits: what a double would change is `{"$number": "1.0"}` in histories. */
const exactJson: PayloadConverterWithEncoding = {
  encodingType: json.encodingType,
  toPayload: (value) => json.toPayload(toStored(value)),
  fromPayload: (payload) => fromStored(json.fromPayload(payload)),
};

/** Workers and the workflows' bundle take it by this name. It has the order of Temporal's own. */
export const payloadConverter = new CompositePayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  exactJson,
);
