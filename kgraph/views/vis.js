"use strict";
// A map by vis-network, for graphs up to some 1,500 nodes. It keeps the nodes, the view, the pointer and the
// zoom; edges and labels are drawn by the hooks, since drawing thousands of edges one by one takes it most
// of a second a frame.
const drawMap = (element, hooks) => {
  const { nodes, edges } = hooks;
  const held = new vis.DataSet(
    nodes.map(({ id, x, y, size }) => ({
      id, x, y, size, shape: "custom",
      ctxRenderer: ({ ctx, x: atX, y: atY }) => {
        const radius = hooks.radiusOf(nodes[id]);
        return {
          drawNode: () => hooks.node(ctx, nodes[id], atX, atY),
          nodeDimensions: { width: 2 * radius, height: 2 * radius },
        };
      },
    })),
  );
  const lines = new vis.DataSet(edges.map(({ from, to }, id) => ({ id, from, to })));
  const network = new vis.Network(element, { nodes: held, edges: lines }, hooks.options);
  const pause = 220; // after a click, for a second one that may follow
  let clicked = 0;

  network.on("beforeDrawing", hooks.below);
  network.on("afterDrawing", hooks.above);
  network.on("hoverNode", ({ node }) => hooks.hover(node));
  network.on("blurNode", () => hooks.hover(null));
  network.on("dragging", ({ nodes: moved }) => {
    for (const [id, { x, y }] of Object.entries(network.getPositions(moved))) hooks.drag(nodes[id], x, y);
  });
  for (const event of ["dragEnd", "zoom", "animationFinished", "release"]) network.on(event, hooks.settled);
  network.on("click", ({ nodes: [id] }) => {
    clearTimeout(clicked);
    clicked = setTimeout(() => hooks.click(id ?? null), id === undefined ? 0 : pause);
  });
  network.on("doubleClick", ({ nodes: [id] }) => {
    clearTimeout(clicked);
    if (id !== undefined) hooks.open(id);
  });
  network.once("afterDrawing", hooks.ready);

  return {
    view: () => {
      const { x, y } = network.getViewPosition();
      return { x, y, scale: network.getScale(), width: element.clientWidth, height: element.clientHeight };
    },
    look: ({ x, y, scale }, moving) => {
      network.moveTo({
        position: { x, y }, scale, animation: moving && { duration: 350, easingFunction: "easeInOutQuad" },
      });
      if (!moving) hooks.settled();
    },
    repaint: () => network.redraw(),
    recolor: () => network.redraw(),
    update: (changed) => held.update(changed.map(({ id, shown }) => ({ id, hidden: !shown }))),
    move: (moved) => held.update(moved.map(({ id, x, y }) => ({ id, x, y }))),
    select: (id) => network.selectNodes(id === null ? [] : [id], false),
  };
};
