/** The camera, from the moment it is switched on until its track is stopped. */

/** Longest side of a picture that is sent, in pixels. */
const LONGEST_SIDE = 640;

const JPEG_QUALITY = 0.85;

const WISHES: MediaTrackConstraints = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 15, max: 30 },
  facingMode: "user",
};

/** A size no longer than `longest` on any side, with the same shape. */
export function fit(width: number, height: number, longest: number): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height, 1));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** What a video shows right now as a JPEG file; `null` before its first picture. */
export async function pictureOf(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return null;
  const [width, height] = fit(video.videoWidth, video.videoHeight, LONGEST_SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(video, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}

export class Camera {
  private stream: MediaStream | null = null;
  private readonly video = document.createElement("video");

  /** `lost` is called when the device was unplugged or taken away. */
  constructor(private readonly lost: () => void) {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /** What the camera gives, for a mirror view; `null` while it is off. */
  get view(): MediaStream | null {
    return this.stream;
  }

  /** Asks for the camera; throws what `getUserMedia` throws. */
  async open(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ video: WISHES });
    this.stream = stream;
    for (const track of stream.getTracks()) track.onended = () => this.lost();
    this.video.srcObject = stream;
    await this.video.play().catch(() => undefined);
  }

  picture(): Promise<Blob | null> {
    return this.stream ? pictureOf(this.video) : Promise.resolve(null);
  }

  close(): void {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = null;
    this.video.srcObject = null;
  }
}
