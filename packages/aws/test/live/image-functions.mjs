import sharp from "sharp";

/** Draws a picture with a native package, and tells what it has become. */
export async function draw(width) {
  const picture = sharp({ create: { width, height: 10, channels: 3, background: "red" } });
  const { info } = await picture.png().toBuffer({ resolveWithObject: true });
  return `${info.format} ${info.width}x${info.height}`;
}
