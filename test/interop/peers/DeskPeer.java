// A JSAMP client that is told by lines what to do: DeskPeer.java name. It speaks as desk_peer.py does, and is of the
// Standard Profile or, if SAMP_HUB is web-appname:..., of the Web Profile.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.astrogrid.samp.*;
import org.astrogrid.samp.client.*;

public class DeskPeer {
    static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    static final List<Object> received = Collections.synchronizedList(new ArrayList<>());
    static final String[] ANSWERED = { "table.load.votable", "samp.app.ping", "test.open", "test.closed",
        "coord.pointAt.sky", "spectrum.load.ssa-generic", "samp.hub.event.register", "samp.hub.event.unregister",
        "samp.hub.event.metadata", "samp.hub.event.subscriptions" };

    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        return map;
    }

    static void write(StringBuilder text, Object value) {
        String gap = "";
        if (value instanceof Collection) {
            text.append("[");
            for (Object item : (Collection<?>) value) { text.append(gap); write(text, item); gap = ","; }
            text.append("]");
        } else if (value instanceof Map) {
            text.append("{");
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                text.append(gap);
                write(text, entry.getKey());
                text.append(":");
                write(text, entry.getValue());
                gap = ",";
            }
            text.append("}");
        } else {
            text.append('"');
            for (char c : String.valueOf(value).toCharArray()) {
                if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') text.append(String.format("\\u%04x", (int) c));
                else text.append(c);
            }
            text.append('"');
        }
    }

    static void say(String key, Object value) {
        StringBuilder text = new StringBuilder();
        write(text, map(key, value));
        out.println(text);
    }

    static Map<String, Object> answer(Message message) {
        switch (message.getMType()) {
            case "test.open": return map("samp.status", "samp.ok", "samp.result", map("echo", message.getParams()));
            case "coord.pointAt.sky": return map("samp.status", "samp.warning", "samp.result",
                map("seen", message.getParams()), "samp.error", map("samp.errortxt", "half done"));
            case "spectrum.load.ssa-generic": return map("samp.status", "samp.error", "samp.error",
                map("samp.errortxt", "could not", "samp.code", "42"));
            default: return map("samp.status", "samp.ok", "samp.result", map());
        }
    }

    static HubConnection register(String name) throws Exception {
        HubConnection connection = DefaultClientProfile.getProfile().register();
        connection.declareMetadata(map("samp.name", name));
        connection.setCallable(new CallableClient() {
            public void receiveNotification(String from, Message message) { note("notification", from, message); }
            public void receiveResponse(String from, String tag, Response response) {
                received.add(map("kind", "response", "from", from, "tag", tag, "response", response));
            }
            public void receiveCall(String from, String id, Message message) throws Exception {
                note("call", from, message);
                connection.reply(id, answer(message));
            }
            void note(String kind, String from, Message message) {
                received.add(map("kind", kind, "from", from, "mtype", message.getMType(), "params", message.getParams()));
            }
        });
        Map<String, Object> subscriptions = map();
        for (String mtype : ANSWERED) subscriptions.put(mtype, map());
        subscriptions.put("test.open", map("x-samp.mostly-harmless", "1"));
        connection.declareSubscriptions(subscriptions);
        return connection;
    }

    static Message message(String[] words, int at) {
        Map<String, Object> params = map();
        for (int i = at + 1; i + 1 < words.length; i += 2) params.put(words[i], words[i + 1]);
        return new Message(words[at], params);
    }

    static Object act(HubConnection connection, String[] words) throws Exception {
        switch (words[0]) {
            case "clients": return Arrays.asList(connection.getRegisteredClients());
            case "known": return map("metadata", connection.getMetadata(words[1]),
                "subscriptions", connection.getSubscriptions(words[1]));
            case "received": synchronized (received) { return new ArrayList<>(received); }
            case "leave": connection.unregister(); return "";
            case "notify": connection.notify(words[1], message(words, 2)); return "";
            case "notifyAll": return connection.notifyAll(message(words, 1));
            case "call": return connection.call(words[1], words[2], message(words, 3));
            case "callAll": return connection.callAll(words[1], message(words, 2));
            case "callAndWait": return connection.callAndWait(words[1], message(words, 2), 20);
            default: throw new IllegalArgumentException(words[0]);
        }
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        HubConnection connection = register(args[0]);
        say("id", connection.getRegInfo().getSelfId());
        for (String line; (line = in.readLine()) != null;) {
            try { say("value", act(connection, line.split("\t", -1))); }
            catch (Throwable e) { say("error", String.valueOf(e)); }
        }
        try { connection.unregister(); } catch (SampException e) { /* it may have left before */ }
        System.exit(0);
    }
}
