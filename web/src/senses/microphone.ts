/** The microphone, from the moment it is switched on until its track is stopped. */

import captureUrl from "./capture.worklet?worker&url";
import type { Captured } from "./capture.worklet";

/** The music that plays is kept out; how loud somebody speaks is left as it is. */
const WISHES: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: false,
};

export interface MicrophoneEvents {
  /** 100 ms of sound. */
  captured(block: Captured): void;
  /** The device was unplugged or taken away. */
  lost(): void;
}

export class Microphone {
  private stream: MediaStream | null = null;
  private context: AudioContext | null = null;

  constructor(private readonly events: MicrophoneEvents) {}

  /** Asks for the microphone; throws what `getUserMedia` throws. */
  async open(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: WISHES });
    this.stream = stream;
    for (const track of stream.getTracks()) track.onended = () => this.events.lost();
    try {
      const context = new AudioContext();
      this.context = context;
      await context.audioWorklet.addModule(captureUrl);
      const node = new AudioWorkletNode(context, "affetto-capture", { numberOfOutputs: 0 });
      node.port.onmessage = (event: MessageEvent<Captured>) => {
        if (this.stream === stream) this.events.captured(event.data);
      };
      context.createMediaStreamSource(stream).connect(node);
      await context.resume();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = null;
    void this.context?.close();
    this.context = null;
  }
}
