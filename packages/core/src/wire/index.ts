export {
  AttachmentList,
  transferablesOf,
  type Attachment,
  type Transferable,
} from "./attachments.js";
export { decode } from "./decode.js";
export { type EncodeOptions, encode } from "./encode.js";
export { WIRE_VERSION } from "./format.js";
export { WireError, type WireErrorCode, type WireErrorOptions } from "./wire-error.js";
