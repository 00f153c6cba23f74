/** The narration's socket in a real browser. */
import type { SocketPorts, Wire } from "./socket";

const address = (): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/describe`;

export const later: SocketPorts["later"] = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

export const browserSocket: SocketPorts = {
  later,
  random: Math.random,
  connect: (events): Wire => {
    const socket = new WebSocket(address());
    socket.onopen = events.open;
    socket.onmessage = ({ data }) => events.message(data);
    socket.onclose = ({ code, reason }) => events.closed(code, reason);
    return {
      send: (data) => {
        // One that is closing takes nothing more, and its end is told in a moment.
        if (socket.readyState === WebSocket.OPEN) socket.send(data);
      },
      close: (code) => socket.close(code),
      waiting: () => socket.bufferedAmount,
    };
  },
};
