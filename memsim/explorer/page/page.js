// Connects the page to the server that it came from.

function connect() {
  const socket = new WebSocket(new URL("socket", location.href.replace(/^http/, "ws").replace(/[?#].*$/, "")));
  const shown = mount(document.getElementById("memsim"), {
    send: (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); },
    address: (query) => {
      history.replaceState(null, "", `?${query}`);
      return location.href;
    },
  });
  socket.addEventListener("open", () => socket.send(JSON.stringify({ type: "start", query: location.search })));
  socket.addEventListener("message", (event) => shown.receive(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    shown.stop();
    shown.say("The connection is closed: start memsim explore again, and load this page anew.");
  });
}

connect();
