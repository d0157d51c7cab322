// A JSAMP client that asks a hub for everything once, with a second one that answers it.
// Run: java -cp jsamp.jar JsampPeer.java (SAMP_HUB names the lockfile).
// An argument names one client to talk to instead (DS9, TOPCAT); that client is then called with MTypes it knows.
import java.io.IOException;
import java.net.URL;
import java.util.*;
import java.util.concurrent.*;
import org.astrogrid.samp.*;
import org.astrogrid.samp.client.*;
import org.astrogrid.samp.xmlrpc.*;

public class JsampPeer {
    interface Step { void run() throws Exception; }

    static void attempt(String what, Step step) {
        try { step.run(); }
        catch (Exception e) { System.err.println("jsamp " + what + ": " + e.getMessage()); }
    }

    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) map.put((String) pairs[i], pairs[i + 1]);
        return map;
    }

    static class Answering implements CallableClient {
        final HubConnection connection;
        Answering(HubConnection connection) { this.connection = connection; }
        public void receiveNotification(String sender, Message message) throws Exception {
            if (message.getMType().equals("x-zoo.fail")) throw new IllegalStateException("no such <table> & row");
        }
        public void receiveCall(String sender, String id, Message message) throws Exception {
            switch (message.getMType()) {
                case "x-zoo.silent": return;
                case "x-zoo.warn":
                    connection.reply(id, new Response(Response.WARNING_STATUS, map("value", ""), new ErrInfo("half of it")));
                    return;
                case "x-zoo.fail":
                    ErrInfo info = new ErrInfo("cannot open \"a\" & <b>");
                    info.setUsertxt("The table is gone");
                    info.setDebugtxt("line one\nline two");
                    info.setCode("404");
                    connection.reply(id, Response.createErrorResponse(info));
                    return;
                default: connection.reply(id, Response.createSuccessResponse(message.getParams()));
            }
        }
        public void receiveResponse(String responder, String tag, Response response) { }
    }

    static HubConnection connect(String name) throws Exception {
        HubConnection connection = StandardClientProfile.getInstance().register();
        Metadata meta = new Metadata();
        meta.setName(name);
        meta.setDescriptionText("Says \"everything\" once: <a> & 'b'");
        meta.put("author.name", "");
        connection.declareMetadata(meta);
        connection.setCallable(new Answering(connection));
        return connection;
    }

    static void everything() throws Exception {
        HubConnection a = connect("asker");
        HubConnection b = connect("answerer");
        String peer = b.getRegInfo().getSelfId();
        Subscriptions subs = new Subscriptions();
        subs.addMType("samp.app.*");
        subs.addMType("x-zoo.*");
        subs.put("table.load.votable", map("x-samp.mostly-harmless", "1"));
        b.declareSubscriptions(subs);
        a.declareSubscriptions(map("samp.hub.event.*", map(), "samp.hub.disconnect", map()));
        a.ping();
        a.getMetadata(peer);
        a.getMetadata("hub");
        a.getSubscriptions(peer);
        a.getRegisteredClients();
        a.getSubscribedClients("table.load.votable");
        a.getSubscribedClients("no.body");
        Map<String, Object> load = map("url", "http://127.0.0.1:8080/a%20b.vot?x=1&y=<2>", "name", "M 31 \"core\"",
            "table-id", "", "row-list", Arrays.asList("0", "7", "42"), "empty-list", new ArrayList<>(),
            "empty-map", map(), "nested", map("list", Arrays.asList(map("k", "v"), Arrays.asList("x"))),
            "blank", "  two  \n\ttab\n", "return", "a\rb");
        a.notify(peer, new Message("table.load.votable", load));
        a.notifyAll(new Message("x-zoo.echo", map("text", "hello")));
        a.notify(peer, new Message("x-zoo.fail", map()));
        a.call(peer, "tag <1>", new Message("x-zoo.echo", load));
        a.call(peer, "tag-2", new Message("x-zoo.warn", map()));
        a.call(peer, "tag-3", new Message("x-zoo.fail", map()));
        a.callAll("tag-4", new Message("samp.app.ping", map()));
        a.callAndWait(peer, new Message("x-zoo.echo", map("text", "hello")), 10);
        attempt("timeout", () -> a.callAndWait(peer, new Message("x-zoo.silent", map()), 1));
        attempt("unknown client", () -> a.notify("nobody", new Message("x-zoo.echo", map())));
        attempt("not subscribed", () -> a.call(peer, "t", new Message("no.body", map())));
        attempt("unknown msg-id", () -> a.reply("never-was", Response.createSuccessResponse(map())));
        URL hub = StandardClientProfile.getInstance().getLockInfo().getXmlrpcUrl();
        SampXmlRpcClient raw = XmlRpcKit.INTERNAL.getClientFactory().createClient(hub);
        attempt("ping without key", () -> raw.callAndWait("samp.hub.ping", new ArrayList<>()));
        attempt("bad secret", () -> raw.callAndWait("samp.hub.register", Arrays.asList("wrong")));
        attempt("unknown method", () -> raw.callAndWait("samp.hub.frobnicate", new ArrayList<>()));
        attempt("arity", () -> raw.callAndWait("samp.hub.getMetadata", Arrays.asList("one")));
        Thread.sleep(3000);
        String key = a.getRegInfo().getPrivateKey();
        a.unregister();
        attempt("dead key", () -> raw.callAndWait("samp.hub.getRegisteredClients", Arrays.asList(key)));
        b.unregister();
    }

    /** Calls each client that has the name, with what DS9 and TOPCAT know. */
    static void visit(String name, String image, String table) throws Exception {
        HubConnection a = connect("visitor");
        a.declareSubscriptions(map("image.load.fits", map(), "table.load.fits", map(), "table.load.votable", map(),
            "coord.pointAt.sky", map(), "table.highlight.row", map()));
        String peer = null;
        for (int i = 0; peer == null && i < 300; i++) {
            Thread.sleep(200);
            for (String id : a.getRegisteredClients()) {
                Map meta = a.getMetadata(id);
                if (meta != null && name.equalsIgnoreCase((String) meta.get("samp.name"))
                    && !a.getSubscriptions(id).isEmpty()) peer = id;
            }
        }
        if (peer == null) throw new IOException("no client " + name);
        System.out.println("visiting " + peer);
        Thread.sleep(3000);
        String id = peer;
        Message[] asked = {
            new Message("samp.app.ping", map()),
            new Message("image.load.fits", map("url", image, "name", "zoo")),
            new Message("table.load.votable", map("url", table, "name", "zoo", "table-id", "zoo-1")),
            new Message("coord.pointAt.sky", map("ra", "10.0", "dec", "41.5")),
            new Message("client.env.get", map("name", "LANG")),
            new Message("ds9.get", map("cmd", "frame")),
            new Message("ds9.get", map("cmd", "file")),
            new Message("ds9.get", map("cmd", "fits")),
            new Message("ds9.get", map("cmd", "nonsense <&>")),
            new Message("ds9.set", map("cmd", "zoom to fit")),
            new Message("ds9.set", map("cmd", "nonsense {")),
            new Message("x-samp.authors", map()),
            new Message("table.highlight.row", map("table-id", "zoo-1", "row", "0")),
            new Message("table.highlight.row", map("table-id", "nothing", "row", "0"))
        };
        for (Message message : asked) {
            String what = message.getMType();
            if (!a.getSubscribedClients(what).containsKey(id)) continue;
            attempt(what, () -> a.notify(id, message));
            attempt(what, () -> a.callAndWait(id, message, 4));
        }
        HubConnection c = connect("passer-by");
        Thread.sleep(500);
        c.unregister();
        new java.io.File(System.getenv("HOME"), "visited").createNewFile();
        for (int i = 0; i < 100 && Arrays.asList(a.getRegisteredClients()).contains(id); i++) Thread.sleep(200);
        a.unregister();
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 0) everything();
        else visit(args[0], args[1], args[2]);
        System.exit(0);
    }
}
