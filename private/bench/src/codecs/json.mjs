// Plain JSON: what no codec of text can be cheaper than.
// Place: codec process -> **peer** -> samples
// Rules: bytes go as they are beside the text, which a codec has to leave and to find them again.
import { casesOf } from "./samples.mjs";

const isBytes = (value) => value instanceof Uint8Array;

/** All cases of a metric. */
export function cases() {
  return casesOf({
    encode({ data: [event, value] }) {
      if (!isBytes(value?.content)) return [JSON.stringify([event, value])];
      return [JSON.stringify([event, { name: value.name }]), value.content];
    },
    decode([text, content]) {
      const [event, value] = JSON.parse(text);
      if (content === undefined) return { data: value === undefined ? [event] : [event, value] };
      return { data: [event, { ...value, content }] };
    },
    encodeBody: (messages) => JSON.stringify(messages),
    decodeBody: (body) => JSON.parse(body),
  });
}
