import type { IncomingHttpHeaders } from "node:http";

/** Where a download that was cut goes on. */
export interface ResumePoint {
  /** Bytes that are there already. */
  readonly size: number;
  /** What `If-Range` may name: a strong ETag, or a date of last modification. */
  readonly validator: string;
  /** Bytes of the whole, if the server said it. */
  readonly total?: number | undefined;
}

/** How many bytes may come. */
export interface SizeLimits {
  /** Most bytes of the whole. */
  readonly maxSize: number;
  /** Exactly so many, if known. */
  readonly size?: number | undefined;
}

/** The head of an answer. */
export interface AnswerHead {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * What an answer is good for: its body (`from`: the offset of its first byte), a start from the first byte, another try later,
 * or nothing. The sentences go on after the URL.
 */
export type Verdict =
  | { readonly from: number; readonly total: number | undefined; readonly validator: string | undefined }
  | { readonly startOver: string }
  | { readonly later: string }
  | { readonly never: string };

/** Headers of a request. Other than `identity` would be other bytes than those that have the digest. */
export function requestHeaders(resume: ResumePoint | undefined): Record<string, string> {
  return {
    "accept-encoding": "identity",
    "user-agent": "ironic-images",
    ...(resume === undefined ? {} : { range: `bytes=${resume.size}-`, "if-range": resume.validator }),
  };
}

/** Judges the head of an answer to a request for the whole, or, with a resume point, for the rest. */
export function judgeAnswer(head: AnswerHead, resume: ResumePoint | undefined, limits: SizeLimits): Verdict {
  const { statusCode: status = 0, headers } = head;
  if (status === 416 && resume !== undefined) return { startOver: "the server has no such part (416)" };
  if (status === 206 && resume === undefined)
    return { never: "is answered with a part (206) of it, though the whole was asked for" };
  if (status !== 200 && status !== 206) return judgeFailure(head);
  const why = judgeBody(headers);
  if (why !== undefined) return { never: why };
  const length = headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
  if (status === 206 && resume !== undefined) return judgePart(headers, length, resume);
  const tooMuch = sizeProblem(length, limits);
  if (tooMuch !== undefined) return { never: tooMuch };
  return { from: 0, total: length, validator: validatorOf(headers) };
}

function judgeFailure({ statusCode: status = 0, statusMessage = "" }: AnswerHead): Verdict {
  const why = `the server answers ${status} ${statusMessage}`.trimEnd();
  return status >= 500 || [408, 425, 429].includes(status) ? { later: why } : { never: `cannot be had: ${why}` };
}

function judgeBody(headers: IncomingHttpHeaders): string | undefined {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    return `is sent with Content-Encoding ${encoding}, though identity was asked for: its digest would not be that of the file`;
  if (!/^(chunked|identity)?$/i.test(headers["transfer-encoding"] ?? ""))
    return `is sent with Transfer-Encoding ${headers["transfer-encoding"]}`;
  return /^\s*(text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "") ? webPage : undefined;
}

const webPage = "is a web page and not the file: perhaps the login or error page of a proxy";

/** Why the first bytes of a body cannot be an image, or undefined. */
export function bodyProblem(first: Buffer): string | undefined {
  const text = first.subarray(0, 200).toString("latin1");
  return /^(\xef\xbb\xbf)?\s*<(!doctype\s+html|html[\s>])/i.test(text) ? webPage : undefined;
}

/** A part must be the rest of what we have: from our offset to the end, of the same whole. */
function judgePart(headers: IncomingHttpHeaders, length: number | undefined, resume: ResumePoint): Verdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers["content-range"] ?? "");
  const [from, last] = [Number(range?.[1]), Number(range?.[2])];
  const total = range?.[3] === "*" ? last + 1 : Number(range?.[3]);
  const fits =
    from === resume.size &&
    last + 1 === total &&
    (resume.total ?? total) === total &&
    (length ?? total - from) === total - from;
  if (!fits)
    return { startOver: `the server sends another part than was asked for (${headers["content-range"] ?? "206"})` };
  const { etag } = headers;
  if (etag !== undefined && resume.validator.startsWith('"') && etag !== resume.validator)
    return { startOver: "the server sends a part of another version" };
  return { from, total, validator: resume.validator };
}

/** Why so many bytes cannot be right, or undefined. */
export function sizeProblem(size: number | undefined, { maxSize, size: known }: SizeLimits): string | undefined {
  if (size === undefined) return undefined;
  if (known !== undefined && size !== known) return `has ${size} bytes, and should have ${known}`;
  return size > maxSize ? `has ${size} bytes, more than the ${maxSize} that are allowed` : undefined;
}

/** RFC 9110 section 13.1.5: a strong ETag, else a date at least a second older than the answer (section 8.8.2.2). */
function validatorOf(headers: IncomingHttpHeaders): string | undefined {
  const { etag, "last-modified": modified, date } = headers;
  if (etag !== undefined && /^"[^"]+"$/.test(etag)) return etag;
  if (modified === undefined || date === undefined) return undefined;
  return Date.parse(date) - Date.parse(modified) >= 1000 ? modified : undefined;
}
