/** Makes what Chromium's fake camera and microphone show and say: Y4M videos and WAV files. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";

/** Where open data lies beside the repository, if it does. */
const DATA =
  process.env.AFFETTO_TEST_DATA ??
  fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** NASA's portrait of Eileen Collins, public domain, as scikit-image has it. */
export const PORTRAIT = fileURLToPath(
  new URL("../../../crates/affetto-models/test_data/face/astronaut.jpg", import.meta.url),
);

const CAMERA = { width: 640, height: 480, framesPerSecond: 10 };

/** A gray picture: one byte a pixel, rows from the top. */
const gray = (width, height, fill = 128) => ({
  width,
  height,
  pixels: new Uint8Array(width * height).fill(fill),
});

/** One Y4M file whose frames are RGBA pictures of the camera's size, each shown for `frames`. */
export function writeY4m(path, pictures, frames) {
  const { width, height, framesPerSecond } = CAMERA;
  const parts = [
    Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`),
  ];
  for (const rgba of pictures) {
    const frame = Buffer.concat([Buffer.from("FRAME\n"), yuv420(rgba, width, height)]);
    for (let i = 0; i < frames; i++) parts.push(frame);
  }
  writeFileSync(path, Buffer.concat(parts));
}

/** JPEG's full-range YCbCr (ITU-T T.871), colour at half the resolution. */
function yuv420(rgba, width, height) {
  const out = Buffer.alloc((width * height * 3) / 2);
  const u0 = width * height;
  const v0 = u0 + u0 / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      const r = rgba[from];
      const g = rgba[from + 1];
      const b = rgba[from + 2];
      out[y * width + x] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      if (x % 2 === 0 && y % 2 === 0) {
        const at = (y / 2) * (width / 2) + x / 2;
        out[u0 + at] = Math.round(128 - 0.1687 * r - 0.3313 * g + 0.5 * b);
        out[v0 + at] = Math.round(128 + 0.5 * r - 0.4187 * g - 0.0813 * b);
      }
    }
  }
  return out;
}

/** A picture file as the camera would see it held up: decoded by the browser, RGBA. */
export async function asSeenByCamera(browser, path) {
  const page = await browser.newPage();
  const type = path.endsWith(".png") ? "image/png" : "image/jpeg";
  const address = `data:${type};base64,${readFileSync(path).toString("base64")}`;
  const { width, height } = CAMERA;
  const encoded = await page.evaluate(
    async ([source, w, h]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = w;
      canvas.height = h;
      const context = canvas.getContext("2d");
      context.fillStyle = "#777";
      context.fillRect(0, 0, w, h);
      const scale = Math.min(w / image.width, h / image.height);
      const [wide, high] = [image.width * scale, image.height * scale];
      context.drawImage(image, (w - wide) / 2, (h - high) / 2, wide, high);
      let text = "";
      for (const byte of context.getImageData(0, 0, w, h).data) text += String.fromCharCode(byte);
      return btoa(text);
    },
    [address, width, height],
  );
  await page.close();
  return new Uint8Array(Buffer.from(encoded, "base64"));
}

/** A small gray face, enlarged smoothly into the middle of what the camera sees; RGBA. */
function heldUp(face, side) {
  const { width, height } = CAMERA;
  const rgba = new Uint8Array(4 * width * height).fill(255);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  const at = (x, y) => face.pixels[y * face.width + x];
  const clamp = (value, most) => Math.max(0, Math.min(most, value));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Outside of the face its edge goes on, as skin and hair would.
      const fx = clamp(((x - left + 0.5) * face.width) / side - 0.5, face.width - 1);
      const fy = clamp(((y - top + 0.5) * face.height) / side - 0.5, face.height - 1);
      const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
      const [x1, y1] = [Math.min(x0 + 1, face.width - 1), Math.min(y0 + 1, face.height - 1)];
      const upper = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (fx - x0);
      const lower = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (fx - x0);
      rgba.fill(
        Math.round(upper + (lower - upper) * (fy - y0)),
        4 * (y * width + x),
        4 * (y * width + x) + 3,
      );
    }
  }
  return rgba;
}

/** Rows of an 8-bit gray PNG without interlacing (ISO/IEC 15948, section 9: filters). */
function grayRowsOf(png) {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const data = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(data));
  const { pixels } = gray(width, height, 0);
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * (width + 1) + 1, y * width];
    const filter = raw[from - 1];
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? pixels[to + x - 1] : 0;
      const up = y > 0 ? pixels[to + x - width] : 0;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = up;
      else if (filter === 3) guess = (left + up) >> 1;
      else if (filter === 4)
        guess = paeth(left, up, x > 0 && y > 0 ? pixels[to + x - width - 1] : 0);
      pixels[to + x] = raw[from + x] + guess;
    }
  }
  return { width, height, pixels };
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - up);
  const c = Math.abs(guess - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Faces of FER-2013's public test that nearly all of its voters called `emotion`, or `null`. */
export function feltFaces(emotion, count, side = 300) {
  const images = `${DATA}/face/fer2013_images.png`;
  const labels = `${DATA}/face/fer2013_labels.csv`;
  if (!existsSync(images) || !existsSync(labels)) return null;
  const [head, ...lines] = readFileSync(labels, "utf8").trim().split("\n");
  const names = head.split(",");
  const voted = { happy: "fp_happiness", sad: "fp_sadness" }[emotion];
  const rows = lines
    .map((line) => Object.fromEntries(line.split(",").map((value, i) => [names[i], value])))
    .filter((row) => row.usage === "PublicTest" && row.emotion === emotion)
    .filter((row) => row.dup_of_train === "0" || row.dup_of_train === "")
    .sort((a, b) => Number(b[voted]) - Number(a[voted]))
    .slice(0, count);
  all ??= grayRowsOf(readFileSync(images));
  return rows.map(({ row }) => {
    const pixels = all.pixels.subarray(48 * 48 * Number(row), 48 * 48 * (Number(row) + 1));
    return heldUp({ width: 48, height: 48, pixels }, side);
  });
}

let all = null;

/** A voice that says `words` as a WAV file; false where espeak-ng is not installed. */
export function speakTo(path, words, { pitch = 50, speed = 160 } = {}) {
  const made = spawnSync("espeak-ng", [
    "-w",
    path,
    "-p",
    String(pitch),
    "-s",
    String(speed),
    words,
  ]);
  return made.status === 0;
}
