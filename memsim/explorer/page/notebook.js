// Connects the page to the kernel of a notebook, as a widget.

function render({ model, el }) {
  // JupyterLab takes arrows and letters for its own commands, unless the very element that has the focus says no.
  el.addEventListener("focusin", (event) => { event.target.dataset.lmSuppressShortcuts = "true"; });
  const root = document.createElement("div");
  el.append(root);
  const shown = mount(root, { send: (message) => model.send(message), address: (query) => `memsim explore --link "${query}"` });
  const receive = (message) => shown.receive(message);
  model.on("msg:custom", receive);
  model.send({ type: "start", query: "" });
  return () => { shown.stop(); model.off("msg:custom", receive); };
}

export default { render };
