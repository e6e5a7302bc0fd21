import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** One OpenSearch node on loopback: arguments are its home folder and its port. No distribution is needed. */
public final class Launcher extends Node {
    @SuppressWarnings({"rawtypes", "unchecked"})
    private Launcher(Environment environment, Collection modules) {
        super(environment, modules, true);
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings = Settings.builder()
            .put("path.home", arguments[0])
            .put("cluster.name", "maillage-tests")
            .put("node.name", "tests")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.port", "0")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("node.processors", 2)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("action.auto_create_index", false)
            .build();
        Node node = new Launcher(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "tests"), List.of(transport()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        // All the threads of a node are daemons.
        new CountDownLatch(1).await();
    }

    /** Version 2 takes the class of a module, version 3 its description. */
    private static Object transport() throws ClassNotFoundException {
        if (Version.CURRENT.major < 3) {
            return Class.forName("org.opensearch.transport.Netty4Plugin");
        }
        return new PluginInfo(
            "transport-netty4", "", "NA", Version.CURRENT, "21", "org.opensearch.transport.Netty4ModulePlugin", null,
            List.of(), false);
    }
}
