import "./coverage/questions";
import "./coverage/canvas_map";
import "./coverage/view";
