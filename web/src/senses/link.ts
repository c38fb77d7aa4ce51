/** The WebSocket of continuous sensing, with its recovery. */

import { withToken } from "../api/token";
import { backoffMs } from "../session/backoff";
import { readSenseMessage } from "./protocol";
import type { Order } from "./protocol";
import type { SenseMessage } from "./types";

const PATH = "/api/v1/sense/live";

/** More unsent bytes than this mean a connection that cannot keep up; what comes then is left out. */
const MOST_WAITING_BYTES = 256 * 1024;

type Start = Order & { type: "start" };

export type LinkState = "off" | "connecting" | "on";

export interface LinkEvents {
  message(message: SenseMessage): void;
  state(state: LinkState): void;
}

const address = (): string =>
  new URL(withToken(PATH), window.location.href).toString().replace(/^http/, "ws");

export class SenseLink {
  private socket: WebSocket | null = null;
  private wanted: Start | null = null;
  private attempt = 0;
  private retry: number | null = null;

  constructor(private readonly events: LinkEvents) {}

  /** Connects; what is wanted otherwise than before needs a connection of its own. */
  start(order: Start): void {
    if (this.wanted && JSON.stringify(this.wanted) === JSON.stringify(order)) return;
    this.wanted = order;
    if (this.retry !== null) window.clearTimeout(this.retry);
    this.retry = null;
    this.hangUp();
    this.connect();
  }

  stop(): void {
    this.wanted = null;
    if (this.retry !== null) window.clearTimeout(this.retry);
    this.retry = null;
    this.attempt = 0;
    this.hangUp();
    this.events.state("off");
  }

  /** Sends sound or a picture; says whether it went out. */
  send(frame: Uint8Array<ArrayBuffer>): boolean {
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount > MOST_WAITING_BYTES) return false;
    socket.send(frame);
    return true;
  }

  order(order: Order): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(order));
  }

  private hangUp(): void {
    const { socket } = this;
    this.socket = null;
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "stop" }));
    socket?.close();
  }

  private connect(): void {
    this.events.state("connecting");
    const socket = new WebSocket(address());
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      if (this.wanted) this.order(this.wanted);
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.socket !== socket || typeof event.data !== "string") return;
      const message = readSenseMessage(event.data);
      if (!message) return;
      if (message.type === "started") {
        this.attempt = 0;
        this.events.state("on");
      } else if (message.type === "error" && message.code === "unknown_station" && this.wanted) {
        // The station has gone; the senses can do without.
        this.order({ type: "start", senses: this.wanted.senses });
      }
      this.events.message(message);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (!this.wanted) return;
      this.events.state("connecting");
      this.retry = window.setTimeout(() => this.connect(), backoffMs(this.attempt++));
    };
  }
}
