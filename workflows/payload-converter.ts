import {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  UndefinedPayloadConverter,
  type Payload,
} from '@temporalio/common';
import { fromStored, toStored } from '../domain/exact-json.ts';

/** Temporal's JSON, except that numbers keep their digits: what a double would change is `{"$number": "1.0"}` in histories. */
class ExactJsonConverter extends JsonPayloadConverter {
  override toPayload(value: unknown): Payload | undefined {
    return super.toPayload(toStored(value));
  }

  override fromPayload<T>(payload: Payload): T {
    return fromStored(super.fromPayload<T>(payload));
  }
}

/** Workers and the workflows' bundle take it by this name. It has the order of Temporal's own. */
export const payloadConverter = new CompositePayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new ExactJsonConverter(),
);
