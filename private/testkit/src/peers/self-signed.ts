// A certificate that signs itself, of the kind that browsers accept by its fingerprint: ECDSA over P-256, valid for days.
// Place: beside the peers; for servers of tests that speak TLS or QUIC on this machine.
// Rules: made anew for each run, so that nothing expires in the repository and no key is ever kept.
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate with its key. */
export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256 of the certificate's DER, in base64. */
  readonly fingerprint: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

// Types of ASN.1, as they stand in DER.
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION_TAG = 0xa0;
const EXTENSIONS_TAG = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** One element: type, length, content. */
function element(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([type, ...size]), content]);
}

const objectId = (hex: string): Buffer => element(OBJECT_ID, Buffer.from(hex, "hex"));
const ECDSA_WITH_SHA256 = objectId("2a8648ce3d040302");
const COMMON_NAME = objectId("550403");
const ALTERNATIVE_NAMES = objectId("551d11");

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/\D/g, "").slice(2, 14);
  return element(UTC_TIME, Buffer.from(`${digits}Z`));
}

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString("base64").replaceAll(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** Makes a certificate for this machine by its names `localhost` and `127.0.0.1`. */
export function createSelfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = element(
    SEQUENCE,
    element(SET, element(SEQUENCE, COMMON_NAME, element(UTF8_STRING, Buffer.from("localhost")))),
  );
  const names = element(
    SEQUENCE,
    element(DNS_NAME, Buffer.from("localhost")),
    element(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
  );
  const extensions = element(SEQUENCE, element(SEQUENCE, ALTERNATIVE_NAMES, element(OCTET_STRING, names)));
  const content = element(
    SEQUENCE,
    element(VERSION_TAG, element(INTEGER, Buffer.from([2]))),
    // A serial number is positive, so its first bit is none.
    element(INTEGER, Buffer.from([1]), randomBytes(8)),
    element(SEQUENCE, ECDSA_WITH_SHA256),
    name,
    element(SEQUENCE, time(Date.now() - DAY_MS), time(Date.now() + 9 * DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    element(EXTENSIONS_TAG, extensions),
  );
  const signature = element(BIT_STRING, Buffer.from([0]), sign("sha256", content, privateKey));
  const certificate = element(SEQUENCE, content, element(SEQUENCE, ECDSA_WITH_SHA256), signature);
  return {
    cert: pem(certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    fingerprint: createHash("sha256").update(certificate).digest("base64"),
  };
}
