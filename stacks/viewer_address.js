// CloudFront function, viewer request: tells the functions the viewer's address, over whatever the
// viewer claims. wpp_mcp/edge/viewer.py reads it.
function handler(event) {
    var request = event.request;
    request.headers['x-viewer-address'] = { value: event.viewer.ip };
    return request;
}
