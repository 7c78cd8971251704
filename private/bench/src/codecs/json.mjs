// Plain JSON: what no codec of text can be cheaper than.
// Place: codec process -> **peer** -> samples
// Rules: bytes go as they are beside the text, which a codec has to leave and to find them again.
import { bodyCases, packetCases } from "./samples.mjs";

const isBytes = (value) => value instanceof Uint8Array;

function encode({ data }) {
  const [event, value] = data;
  if (!isBytes(value?.content)) return [JSON.stringify(data)];
  return [JSON.stringify([event, { name: value.name }]), value.content];
}

function decode([text, content]) {
  const data = JSON.parse(text);
  return { data: content === undefined ? data : [data[0], { ...data[1], content }] };
}

/** All cases of a metric. */
export function cases() {
  return {
    ...packetCases({ encode, decode }),
    ...bodyCases({ encodeBody: (messages) => JSON.stringify(messages), decodeBody: (body) => JSON.parse(body) }),
  };
}
